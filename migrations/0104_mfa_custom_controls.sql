-- Whether a custom control of Conditional Access asked, the old way, and not External MFA.
ALTER TABLE mfa_attempts ADD COLUMN custom_control BOOLEAN NOT NULL DEFAULT FALSE;
