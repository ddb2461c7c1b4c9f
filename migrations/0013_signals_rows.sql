-- PostgreSQL compresses rows of more than 2 kB one by one, which takes longer than all the rest of writing them.
{{POSTGRES}} ALTER TABLE signals_log SET (toast_tuple_target = 4080);
