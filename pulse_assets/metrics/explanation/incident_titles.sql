-- Titles of the incidents among the items that the variable `items` lists (`issue-12`), in every repository.
SELECT repository, incident_id AS item, title
FROM incidents WHERE incident_id IN (SELECT unnest(getvariable('items')::VARCHAR[]))
