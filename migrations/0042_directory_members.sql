-- Members are kept in parts: some hundred together, in the order of their object ids. A row for each cost fifty times as
-- much to write and to read.
CREATE TABLE directory_members (
    part {{IDENTITY}},
    group_ordinal BIGINT NOT NULL,
    -- The part has the members from here on to where the group's next part begins; the first begins at nil.
    begins_at UUID NOT NULL,
    -- How many.
    size BIGINT NOT NULL,
    -- 17 bytes each: kind (0 user, 1 group, 2 device, 3 service principal, 4 other), immutable id in the group's source,
    -- which need not be known yet.
    members {{BYTES}} NOT NULL,
    UNIQUE (group_ordinal, begins_at)
);
{{SQLITE}} INSERT INTO directory_members (group_ordinal, begins_at, size, members)
{{SQLITE}} SELECT group_ordinal, CASE WHEN part = 0 THEN zeroblob(16) ELSE MIN(member_object_id) END, COUNT(*),
{{SQLITE}}     unhex(group_concat(printf('%02X', member_kind) || hex(member_object_id), '' ORDER BY member_object_id))
{{SQLITE}} FROM (SELECT group_ordinal, member_object_id, member_kind,
{{SQLITE}}     (ROW_NUMBER() OVER (PARTITION BY group_ordinal ORDER BY member_object_id) - 1) / 224 AS part
{{SQLITE}}     FROM directory_memberships) AS numbered
{{SQLITE}} GROUP BY group_ordinal, part;
{{POSTGRES}} INSERT INTO directory_members (group_ordinal, begins_at, size, members)
{{POSTGRES}} SELECT group_ordinal, CASE WHEN part = 0 THEN '00000000-0000-0000-0000-000000000000'::uuid
{{POSTGRES}}     ELSE (array_agg(member_object_id ORDER BY member_object_id))[1] END, COUNT(*),
{{POSTGRES}}     string_agg(set_byte('\x00'::bytea, 0, member_kind::int) || uuid_send(member_object_id), ''::bytea
{{POSTGRES}}         ORDER BY member_object_id)
{{POSTGRES}} FROM (SELECT group_ordinal, member_object_id, member_kind,
{{POSTGRES}}     (ROW_NUMBER() OVER (PARTITION BY group_ordinal ORDER BY member_object_id) - 1) / 224 AS part
{{POSTGRES}}     FROM directory_memberships) AS numbered
{{POSTGRES}} GROUP BY group_ordinal, part;
DROP TABLE directory_memberships;
