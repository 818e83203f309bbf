use actor::prelude::*;

#[actor]
struct Db;

#[handlers]
impl Db {}

impl Db {
    fn open() -> Self {
        Self
    }
}

#[actor]
struct Parent {
    #[child]
    no_factory: Child<Db>,
    #[child(Db::open, restart = permanent)]
    with_options: Child<Db>,
    #[child(Db::open())]
    a_value: Child<Db>,
    #[child(|parent| Db::open())]
    with_parent: Child<Db>,
    #[child(Db::open)]
    no_child: DbRef,
    #[cfg(all())]
    #[child(Db::open)]
    sometimes: Child<Db>,
}

#[handlers]
impl Parent {}

fn main() {}
