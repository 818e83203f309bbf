//! No spans: what is here takes no place and does nothing.

use super::super::header::Header;
use super::Cause;

pub(in super::super) struct Trace;

impl Trace {
    pub(in super::super) const NONE: Self = Self;

    pub(in super::super) const IS_POSSIBLE: bool = false;

    #[inline(always)]
    pub(in super::super) const fn is_wanted() -> bool {
        false
    }

    #[inline(always)]
    pub(in super::super) fn of_message(_cause: Cause<'_>, _to: &Header, _message: &'static str) -> Self {
        Self
    }

    #[inline(always)]
    pub(in super::super) fn of_life(_header: &Header, _before: &Self) -> Self {
        Self
    }

    #[inline(always)]
    pub(in super::super) fn of_errand(_header: &Header, _kind: &'static str) -> Self {
        Self
    }

    #[inline(always)]
    pub(in super::super) fn current() -> Self {
        Self
    }

    #[inline(always)]
    pub(in super::super) const fn is_some(&self) -> bool {
        false
    }

    #[inline(always)]
    pub(in super::super) fn take(&mut self) -> Self {
        Self
    }

    #[inline(always)]
    pub(in super::super) fn begins_in(&self, _life: &Self, _incarnation: u32) {}

    #[inline(always)]
    pub(in super::super) fn resume(&self) {}

    #[inline(always)]
    pub(in super::super) fn suspend(&self) {}

    #[inline(always)]
    pub(in super::super) fn forget(self) {}

    #[inline(always)]
    pub(in super::super) fn close(self) {}
}
