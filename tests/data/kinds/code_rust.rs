struct Boat {
    name: String,
    length: f64,
}

impl Boat {
    fn longer(&self, other: &Boat) -> bool {
        self.length > other.length
    }
}

fn main() {
    let boat = Boat {
        name: "Ida".to_string(),
        length: 7.5,
    };
    let other = Boat {
        name: "Olga".to_string(),
        length: 6.0,
    };
    println!("{}", boat.longer(&other));
}
