use actor::prelude::*;
use actor::Failure;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    #[stopping]
    fn stopping(&mut self, why: StopReason, once_more: StopReason) {
        let _ = (why, once_more);
    }

    #[restarting]
    fn restarting(&mut self, failure: &Failure, life: u32) {
        let _ = (failure, life);
    }

    #[terminated]
    fn gone(&mut self, who: ActorId, why: StopReason, name: String) {
        let _ = (who, why, name);
    }

    #[idle(0s)]
    fn quiet(&mut self, rows: u64) {
        self.rows.push(rows);
    }

    #[every(1s)]
    fn tick(&mut self, reply: Reply<u64>) {
        reply.send(self.rows[0]);
    }
}

fn main() {}
