-- boats and their owners
CREATE TABLE owner (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    town TEXT
);

INSERT INTO owner VALUES (1, 'Ida', 'Turku');
INSERT INTO owner VALUES (2, 'Olaf', 'Bergen');

SELECT town, COUNT(*)
FROM owner
WHERE name LIKE 'O%'
GROUP BY town
ORDER BY town;
