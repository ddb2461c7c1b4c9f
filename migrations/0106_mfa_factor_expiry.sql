-- Temporary codes are forgotten by when they expired; nothing else has an end.
CREATE INDEX mfa_factors_expiry ON mfa_factors (expires_at) WHERE expires_at IS NOT NULL;
