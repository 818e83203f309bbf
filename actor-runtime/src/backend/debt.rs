//! What the handler in hand owes, and why a reply is dropped.

use crate::error::Unanswered;
use crate::reply::Debt;

#[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// What an asker is told whose reply is dropped at this moment.
#[cold]
pub(crate) fn why_dropped() -> Unanswered {
    #[cfg(feature = "tokio")]
    {
        tokio::WhyDropped::now()
    }
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    {
        bare_metal::why_dropped()
    }
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    Unanswered::NoReply
}

/// Runs `drops`, whose replies are dropped because of `why`. Where there are threads, it holds for this one alone.
#[cfg(feature = "bare-metal")]
pub(super) fn dropped_because(why: Unanswered, drops: impl FnOnce()) {
    #[cfg(feature = "tokio")]
    {
        let _dropped = tokio::WhyDropped::because(why);
        drops();
    }
    #[cfg(not(feature = "tokio"))]
    bare_metal::because(why, drops);
}

/// Whether a reply that is dropped may be one that the handler in hand owes.
#[inline]
pub(crate) fn owes() -> bool {
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    return bare_metal::owes();
    #[cfg(not(all(feature = "bare-metal", not(feature = "tokio"))))]
    return cfg!(feature = "tokio");
}

/// A handler begins, that owes this. What that one owes within which it runs comes back.
#[inline]
pub(crate) fn enter_debt(debt: Debt) -> Option<Debt> {
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    return bare_metal::enter_debt(debt);
    #[cfg(not(all(feature = "bare-metal", not(feature = "tokio"))))]
    return replace_debt(Some(debt));
}

/// Puts `debt` in the place of what the handler in hand owes, which comes back.
#[inline]
pub(crate) fn replace_debt(debt: Option<Debt>) -> Option<Debt> {
    #[cfg(feature = "tokio")]
    return tokio::replace_debt(debt);
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    return bare_metal::replace_debt(debt);
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    return debt;
}
