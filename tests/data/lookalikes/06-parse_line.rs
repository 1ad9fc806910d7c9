use std::num::ParseFloatError;

#[derive(Debug, PartialEq)]
pub struct Reading {
    pub station: String,
    pub celsius: f64,
}

#[derive(Debug)]
pub enum Error {
    Empty,
    Number(ParseFloatError),
}

pub fn parse_line(line: &str) -> Result<Reading, Error> {
    let (name, value) = line.split_once(':').ok_or(Error::Empty)?;
    let celsius: f64 = value.trim().parse().map_err(Error::Number)?;
    Ok(Reading {
        station: name.trim().to_string(),
        celsius,
    })
}

#[test]
fn reads_a_line() {
    let r = parse_line("Pier: 4.5").unwrap();
    assert_eq!(r.station, "Pier");
}
