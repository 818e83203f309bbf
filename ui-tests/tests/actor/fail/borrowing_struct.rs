use actor::prelude::*;

#[actor]
struct Parser<'a> {
    text: &'a str,
}

#[handlers]
impl Parser<'_> {
    fn length(&self) -> usize {
        self.text.len()
    }
}

fn main() {}
