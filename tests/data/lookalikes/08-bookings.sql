-- Bookings: who has which boat and when
-- Owner: club secretary
CREATE TABLE boat (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    seats   INTEGER CHECK (seats > 0)
);

CREATE TABLE booking (
    boat_id  INTEGER REFERENCES boat(id),
    member   TEXT NOT NULL,
    day      DATE NOT NULL,
    UNIQUE (boat_id, day)
);

INSERT INTO boat (name, seats) VALUES
    ('Heron', 2),
    ('Old Bess', 4);

-- Report: free boats on a given day
SELECT b.name, b.seats
FROM boat b
LEFT JOIN booking k
       ON k.boat_id = b.id AND k.day = :day
WHERE k.member IS NULL
ORDER BY b.seats DESC;
