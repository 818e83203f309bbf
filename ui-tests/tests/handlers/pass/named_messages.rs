//! Messages under a name of the user's: documented, and with types nobody else sees.
#![deny(warnings, missing_docs)]

use actor::prelude::*;

struct Row(u8);

/// Keeps rows.
#[actor]
pub struct Store {
    rows: Vec<u8>,
}

#[handlers(pub enum StoreMessage, crate = actor)]
impl Store {
    /// Puts a row.
    fn put_row(&mut self, row: Row, #[indirect] more: [u8; 200]) {
        self.rows.push(row.0 + more[0]);
    }
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn later(&self, r#type: u8, reply: Reply<u8>) {
        reply.send(r#type);
    }
    #[started]
    fn started(&mut self) {}
    #[dead_letter]
    fn lost(&mut self, letter: DeadLetter<Self>) {
        match letter.message() {
            StoreMessage::PutRow { row, more } => self.rows.push(row.0 + more.len() as u8 + more[0]),
            StoreMessage::Count { .. } | StoreMessage::Later { .. } => {}
            _ => {}
        }
        if let StoreMessage::PutRow { row: Row(row), more } = letter.into_message() {
            self.rows.extend(more.into_inner());
            self.rows.push(row);
        }
    }
}

/// Keeps values.
#[actor]
pub struct Shelf<T> {
    values: Vec<T>,
}

#[handlers(pub enum ShelfMessage)]
impl<T: Clone + Send + 'static> Shelf<T> {
    fn put(&mut self, value: T) {
        self.values.push(value);
    }
    #[dead_letter]
    fn lost(&mut self, letter: DeadLetter<Self>) {
        if let ShelfMessage::Put { value } = letter.into_message() {
            self.values.push(value);
        }
    }
}

fn main() {}
