//! Every documented form of handlers and hooks.
#![deny(warnings)]

use std::fmt;
use std::io;

use actor::prelude::*;

#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken")
    }
}

#[actor]
struct Store {
    rows: Vec<String>,
    waiting: Option<Reply<usize>>,
}

#[handlers]
impl Store {
    const LIMIT: usize = 3;

    fn tell(&mut self, row: String) {
        self.rows.push(row);
    }

    fn tell_unit(&mut self, mut row: String) -> () {
        row.push('.');
        self.rows.push(row);
    }

    fn tell_fallible(&mut self, row: String) -> Result<(), Broken> {
        if self.rows.len() > Self::LIMIT { Err(Broken) } else { Ok(self.rows.push(row)) }
    }

    fn tell_io(&self) -> io::Result<()> {
        Ok(())
    }

    async fn tell_async(&mut self, row: String) {
        std::future::ready(()).await;
        self.rows.push(row);
    }

    async fn tell_async_fallible(&mut self, row: String, ctx: &mut Context<Self>) -> Result<(), Broken> {
        ctx.this().tell(row).await.map_err(|_| Broken)
    }

    fn tell_aside(&mut self, #[indirect] rows: [u64; 512], #[into] #[indirect] row: String) {
        self.rows.push(format!("{row} {}", rows[0]));
    }

    #[dead_letter]
    async fn lost(&mut self, letter: DeadLetter<Self>, ctx: &mut Context<Self>) -> Result<(), Broken> {
        let _ = ctx.now();
        if letter.handler() == "tell" { Err(Broken) } else { Ok(()) }
    }

    fn ask(&self) -> usize {
        self.rows.len()
    }

    fn ask_result(&self, index: usize) -> Result<String, Broken> {
        self.rows.get(index).cloned().ok_or(Broken)
    }

    fn ask_io(&self) -> io::Result<String> {
        Ok(String::new())
    }

    #[handler(plain)]
    fn ask_plain(&self) -> Result<String, Broken> {
        Err(Broken)
    }

    async fn ask_async(self: &mut Self, ctx: &mut actor::Context<Self>) -> usize {
        ctx.stop();
        self.rows.len()
    }

    fn ask_pair(&self) -> (usize, &'static str) {
        (self.rows.len(), "rows")
    }

    fn ask_later(&mut self, reply: Reply<usize>) {
        self.waiting = Some(reply);
    }

    fn ask_later_fallible(&mut self, reply: Reply<usize>, _ctx: &mut Context<Self>) -> Result<(), Broken> {
        reply.send(1);
        Ok(())
    }

    async fn ask_later_async(&mut self, _hint: u8, reply: actor::Reply<usize>) {
        reply.send(self.rows.len());
    }

    fn context_first(&mut self, ctx: &mut Context<Self>, row: String) -> u64 {
        self.rows.push(row);
        ctx.random()
    }

    fn converts(&mut self, #[into] row: String, #[into] more: Option<u8>) {
        self.rows.push(format!("{row}{more:?}"));
    }

    fn actors(&self, _other: StoreRef, _one: Option<Box<Self>>) -> Option<[u8; Self::LIMIT]> {
        None
    }

    #[every(5s)]
    fn tick(&mut self, _ctx: &mut Context<Self>) {
        self.rows.clear();
    }

    #[every(250ms)]
    async fn tick_async(&mut self) -> Result<(), Broken> {
        Ok(())
    }

    #[started]
    async fn begin(&mut self, _ctx: &mut Context<Self>) -> Result<(), Broken> {
        Ok(())
    }

    #[stopping]
    fn end(&mut self, why: StopReason, _ctx: &mut Context<Self>) {
        let _ = why;
    }
}

async fn use_them(store: &StoreRef) -> Result<(), Box<dyn std::error::Error>> {
    let row = String::new;
    store.tell(row()).await?;
    store.tell_unit(row()).await?;
    store.tell_fallible(row()).await?;
    store.tell_io().await?;
    store.tell_async(row()).await?;
    store.tell_async_fallible(row()).await?;
    let _: usize = store.ask().await?;
    let _: Result<String, AskError<Broken>> = store.ask_result(0).await;
    let _: Result<String, AskError<io::Error>> = store.ask_io().await;
    let _: Result<String, Broken> = store.ask_plain().await?;
    let _: usize = store.ask_async().await?;
    let _: usize = store.ask_later().await?;
    let _: usize = store.ask_later_fallible().await?;
    let _: usize = store.ask_later_async(1).await?;
    let _: u64 = store.context_first(row()).await?;
    store.converts("row", 5).await?;
    let _: Option<[u8; 3]> = store.actors(store.clone(), None).await?;
    store.tick().await?;
    store.tick_async().await?;
    let _ = store.ask().tell();
    let _ = store.control().id();
    Ok(())
}

fn main() {
    let _ = use_them;
    let _ = Store { rows: Vec::new(), waiting: None };
}
