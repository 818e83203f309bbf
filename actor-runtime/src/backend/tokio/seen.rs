//! What was seen of the lanes of one actor, where somebody looked anyway: at messages that are measured, where a sender
//! found no room, at yields. Made when there is something to say, so that an idle actor has none of it.

use crate::message::Lane;
use crate::metrics::{Histogram, LaneStatus, Lanes, Recent, Yields};
use crate::policy::YieldReason;

#[derive(Default)]
pub(super) struct Seen {
    user: SeenLane,
    urgent: SeenLane,
    yields: Yields,
}

#[derive(Default)]
struct SeenLane {
    high_water: u32,
    recent: Recent,
}

impl Seen {
    fn lane(&mut self, lane: Lane) -> &mut SeenLane {
        match lane {
            Lane::User => &mut self.user,
            Lane::Urgent => &mut self.urgent,
        }
    }

    /// So many messages waited in a lane.
    pub(super) fn deep(&mut self, lane: Lane, depth: u32) {
        let lane = self.lane(lane);
        lane.high_water = lane.high_water.max(depth);
    }

    /// A message left a lane after so long, where so many had waited.
    pub(super) fn dwelt(&mut self, lane: Lane, nanos: u64, depth: u32) {
        self.deep(lane, depth);
        self.lane(lane).recent.record(nanos);
    }

    pub(super) fn yielded(&mut self, reason: YieldReason) {
        match reason {
            YieldReason::Budget => self.yields.budget += 1,
            YieldReason::Hint => self.yields.hint += 1,
            YieldReason::Backlog => self.yields.backlog += 1,
        }
    }

    /// Adds how long messages waited lately to what was seen of others.
    pub(super) fn add_recent(&self, [user, urgent]: &mut [Histogram; 2]) {
        self.user.recent.add_to(user);
        self.urgent.recent.add_to(urgent);
    }

    pub(super) fn lanes(&self) -> Lanes {
        Lanes { user: self.user.status(), urgent: self.urgent.status(), yields: self.yields }
    }
}

impl SeenLane {
    fn status(&self) -> LaneStatus {
        LaneStatus { depth: 0, high_water: self.high_water as usize, dwell: self.recent.dwell() }
    }
}
