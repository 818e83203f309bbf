//! The rules of `#[supervise]`, one function each.

use core::time::Duration;

use super::model::{Backoff, Directive, Jitter, Limit, LimitKind, Rules, Supervision, Word};
use crate::diagnostics::Diagnostics;
use crate::options::compact;

/// Restarts a window remembers; a limit beyond it could not be told apart from this one.
const MOST_RESTARTS: u32 = 16;
/// The longest window, in words a user would use.
const LONGEST_WINDOW: Duration = Duration::from_secs(6 * 24 * 60 * 60);

pub(crate) fn validate(supervision: &Supervision, diagnostics: &Diagnostics) {
    check_window(supervision, diagnostics);
    check_delays(supervision, diagnostics);
    check_unlimited(supervision, diagnostics);
    check_reachable(supervision, diagnostics);
    check_rules(supervision, diagnostics);
}

/// Each failure has one rule, and none wishes what is not possible.
fn check_rules(supervision: &Supervision, diagnostics: &Diagnostics) {
    let Some(Rules { words, errors }) = &supervision.rules else { return };
    if let Some(decide) = &supervision.decide {
        let help =
            "keep the function, or the rules; the function may look at the error with `failure.error::<DbError>()`";
        diagnostics.report(decide, "both `on(..)` and `decide` say what is done about a failure", help);
    }
    for (place, (word, ident, wish)) in words.iter().enumerate() {
        if words[..place].iter().any(|(earlier, ..)| earlier == word) {
            diagnostics.report(ident, format_args!("`{ident}` has two rules"), "keep one of them");
        }
        if matches!(word, Word::Panic | Word::Start) && wish.directive == Directive::Resume {
            let fact = match word {
                Word::Panic => "a state that a panic went through is not resumed: it may be half changed",
                _ => "an actor that could not be started has no state to resume",
            };
            diagnostics.report(&wish.word, fact, format_args!("write `{ident} => restart`"));
        }
    }
    for (place, rule) in errors.iter().enumerate() {
        let name = compact(&rule.ty);
        if errors[..place].iter().any(|earlier| compact(&earlier.ty) == name) {
            diagnostics.report(&rule.ty, format_args!("`{name}` has two rules"), "put the arms into one block");
        }
    }
}

/// A limit is a number of restarts that can be remembered, in a time that passes.
fn check_window(supervision: &Supervision, diagnostics: &Diagnostics) {
    let Some(Limit { original, kind: LimitKind::AtMost { restarts, within } }) = &supervision.limit else { return };
    if within.duration.is_zero() {
        diagnostics.report(within, "nothing happens within zero time", "give the limit time, such as `10 per 60s`");
    }
    if within.duration > LONGEST_WINDOW {
        diagnostics.report(within, "a limit reaches back six days at most", "write `144h` or less");
    }
    if *restarts > MOST_RESTARTS {
        let fact = format_args!("a limit allows {MOST_RESTARTS} restarts at most");
        diagnostics.report(original, fact, "allow fewer in less time, or write `limit = unlimited` with a `backoff`");
    }
}

/// Delays are there, and grow.
fn check_delays(supervision: &Supervision, diagnostics: &Diagnostics) {
    if let Some(Backoff { min, max, factor: _ }) = &supervision.backoff {
        if min.duration.is_zero() {
            diagnostics.report(min, "a delay of zero never grows", "start with `1ms` or more");
        }
        if min.duration > max.duration {
            let help = "write the first delay before the longest, such as `50ms..30s`";
            diagnostics.report(max, "the longest delay is shorter than the first", help);
        }
    }
    if let Some(reset) = supervision.reset.as_ref().filter(|reset| reset.duration.is_zero()) {
        let help = "say how long is quiet enough, such as `reset = 60s`";
        diagnostics.report(reset, "with no quiet time every restart is a first one, and none is delayed", help);
    }
}

/// Restarts without end and without delay would keep a core busy for ever.
fn check_unlimited(supervision: &Supervision, diagnostics: &Diagnostics) {
    if let Some(Limit { original, kind: LimitKind::Unlimited }) = &supervision.limit
        && supervision.backoff.is_none()
    {
        let help = "add `backoff = 50ms..30s * 2`, or give a limit such as `10 per 60s`";
        diagnostics.report(original, "unlimited restarts need a backoff", help);
    }
}

/// A limit that its own delays keep from being reached is no limit.
fn check_reachable(supervision: &Supervision, diagnostics: &Diagnostics) {
    let (Some(Limit { original, kind: LimitKind::AtMost { restarts, within } }), Some(backoff)) =
        (&supervision.limit, &supervision.backoff)
    else {
        return;
    };
    let reset = supervision.reset.as_ref().map_or(Duration::from_secs(60), |reset| reset.duration);
    let shortest = shortest_time(*restarts, backoff, supervision.jitter.unwrap_or(Jitter::Equal), reset);
    if within.duration.is_zero() || shortest < within.duration {
        return;
    }
    let fact = format_args!(
        "this limit is never reached: with its backoff, {restarts} restarts and one more take at least {shortest:?}, \
         and the window is {:?}",
        within.duration
    );
    let help = "allow fewer restarts, widen the window, or shorten the backoff; `unlimited` says it openly";
    diagnostics.report(original, fact, help);
}

/// The least time between a restart and the one `restarts` later: the sum of the delays, as small as
/// chance makes them. A quiet time begins them anew, so none counts for more than that.
fn shortest_time(restarts: u32, backoff: &Backoff, jitter: Jitter, reset: Duration) -> Duration {
    let mut delay = backoff.min.duration;
    let mut sum = Duration::ZERO;
    for _ in 0..restarts.min(MOST_RESTARTS) {
        let least = match jitter {
            Jitter::None => delay,
            Jitter::Equal => delay / 2,
            Jitter::Full => Duration::ZERO,
        };
        sum += least.min(reset);
        delay = delay.saturating_mul(backoff.factor).min(backoff.max.duration);
    }
    sum
}
