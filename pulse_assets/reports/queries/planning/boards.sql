-- The names of boards by what their scope is called; a board of several projects has the name that the first one has.
SELECT board_id::VARCHAR AS scope, arg_min(name, project) AS name
FROM boards
GROUP BY board_id
