-- How many projects were collected.
SELECT count(*) AS project_count FROM projects
