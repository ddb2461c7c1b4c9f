-- The operator who disconnected the tenant, directly or through a token of theirs.
ALTER TABLE tenants_former ADD COLUMN person UUID;
