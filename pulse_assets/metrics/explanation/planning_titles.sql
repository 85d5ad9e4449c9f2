-- Summaries of the issues and names of the sprints among the items that the variable `items` lists: the key of an
-- issue, alone or after the number of a sprint (`12 PAY-3`), or that number alone.
WITH items AS (SELECT unnest(getvariable('items')::VARCHAR[]) AS item)
SELECT project, item, summary AS title
FROM items JOIN issues ON string_split(item, ' ')[-1] = key
UNION ALL
SELECT project, item, name FROM items JOIN sprints ON item = sprint_id::VARCHAR
