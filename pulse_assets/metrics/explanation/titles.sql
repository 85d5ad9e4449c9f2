-- Titles of the pull requests among the items that the variable `items` lists (`#12`), in every repository.
SELECT repository, concat('#', number) AS item, title
FROM pull_requests WHERE item IN (SELECT unnest(getvariable('items')::VARCHAR[]))
