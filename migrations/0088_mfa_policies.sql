-- Which policies gave the rules that an attempt was judged by, as JSON.
ALTER TABLE mfa_attempts ADD COLUMN policies TEXT;
