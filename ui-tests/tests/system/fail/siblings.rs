use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {}

#[actor(mailbox = 4)]
#[supervise(strategy = one_for_all)]
struct Plant {
    #[child(|| Valve)]
    left: Child<Valve>,
    #[child(|| Valve)]
    right: Child<Valve>,
}

#[handlers]
impl Plant {
    fn both(&self) {
        let _ = (&self.left, &self.right);
    }
}

actor::system! {
    mod machine {
        PLANT: Plant = || Plant { left: Child::default(), right: Child::default() },
    }
}

fn main() {}
