-- How many members the group had before it lost some: what another limit would have made of it can be told later.
ALTER TABLE provisioning_losses ADD COLUMN group_size BIGINT;
