-- The fields of landed records that do not make sense, with the records that are left out for it.
SELECT project, record_table, record_key, field, problem, value, is_dropped
FROM quarantined_records
ORDER BY project, record_table, record_key, field
