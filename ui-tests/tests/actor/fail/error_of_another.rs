use actor::prelude::*;

#[derive(Debug)]
enum StoreError {
    Full,
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("full")
    }
}

#[actor(error = StoreError)]
struct Store;

#[handlers]
impl Store {
    fn put(&mut self) -> Result<(), StoreError> {
        Err(StoreError::Full)
    }

    fn parse(&mut self, number: String) -> Result<(), std::num::ParseIntError> {
        number.parse::<u8>().map(drop)
    }

    #[started]
    async fn started(&mut self) -> Result<(), String> {
        Ok(())
    }
}

struct Silent;

#[actor(error = Silent)]
struct Quiet;

#[handlers]
impl Quiet {}

#[actor(error)]
struct Without;

#[handlers]
impl Without {}

#[actor(error = 5)]
struct Number;

#[handlers]
impl Number {}

fn main() {}
