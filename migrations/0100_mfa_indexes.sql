-- Accounts that bear one name are found by it.
CREATE INDEX mfa_accounts_names ON mfa_accounts (provider, lower(label));
-- The models of security keys in use are counted among passkeys alone.
CREATE INDEX mfa_factors_passkeys ON mfa_factors (organisation) WHERE kind = 'passkey';
