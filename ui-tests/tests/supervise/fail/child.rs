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
    #[child(Db::open, restart = always, name = "db")]
    with_options: Child<Db>,
    #[child(Db::open())]
    a_value: Child<Db>,
    #[child(|parent| Db::of(parent))]
    with_parent: Child<Db>,
    #[child(|parent, other| Db::open())]
    with_more: Child<Db>,
    #[child(Db::open, pool = 0)]
    nobody: Pool<Db>,
    #[child(Db::open)]
    how_many: Pool<Db>,
    #[child(Db::open, route = least_loaded)]
    routed: Child<Db>,
    #[child(Db::open, pool = 2, route = key(Db::key))]
    by_key: Pool<Db>,
    #[child(Db::open, after = unknown)]
    late: Child<Db>,
    #[child(Db::open, after = second)]
    first: Child<Db>,
    #[child(Db::open, after(first))]
    second: Child<Db>,
    not_started: Child<Db>,
    not_filled: Pool<Db>,
    #[child(Db::open)]
    no_child: DbRef,
    #[child(Valve::new)]
    no_ref: Valve,
    #[child(Db::open)]
    wrapped: Option<Child<Db>>,
    #[cfg(all())]
    #[child(Db::open)]
    sometimes: Child<Db>,
}

#[handlers]
impl Parent {}

fn main() {}
