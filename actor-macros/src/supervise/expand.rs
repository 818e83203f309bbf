//! Model to a constant of the runtime.

use proc_macro2::TokenStream;

use super::model::{Exhausted, Jitter, LimitKind, Supervision};
use crate::names::Names;

/// The `Supervision` as a constant expression.
pub(crate) fn expand(supervision: &Supervision, names: &Names) -> TokenStream {
    let rt = names.private();
    let limit = limit(supervision, &rt);
    let backoff = backoff(supervision, &rt);
    let exhausted = match supervision.exhausted.unwrap_or(Exhausted::Escalate) {
        Exhausted::Escalate => quote!(Escalate),
        Exhausted::StopChild => quote!(StopChild),
        Exhausted::StopSelf => quote!(StopSelf),
    };
    quote! {
        #rt::Supervision {
            strategy: #rt::Strategy::OneForOne,
            limit: #limit,
            backoff: #backoff,
            exhausted: #rt::Exhausted::#exhausted,
        }
    }
}

fn limit(supervision: &Supervision, rt: &TokenStream) -> TokenStream {
    match supervision.limit.as_ref().map(|limit| &limit.kind) {
        None => quote!(#rt::RestartLimit::DEFAULT),
        Some(LimitKind::Unlimited) => quote!(#rt::RestartLimit::Unlimited),
        Some(LimitKind::AtMost { restarts, within }) => {
            let within = within.expression(rt);
            quote!(#rt::RestartLimit::new(#restarts, #within))
        }
    }
}

fn backoff(supervision: &Supervision, rt: &TokenStream) -> TokenStream {
    let mut backoff = match &supervision.backoff {
        None => quote!(#rt::Backoff::DEFAULT),
        Some(backoff) => {
            let (min, max, factor) = (backoff.min.expression(rt), backoff.max.expression(rt), backoff.factor);
            quote!(#rt::Backoff::new(#min, #max, #factor))
        }
    };
    if let Some(jitter) = supervision.jitter {
        let jitter = match jitter {
            Jitter::None => quote!(None),
            Jitter::Equal => quote!(Equal),
            Jitter::Full => quote!(Full),
        };
        backoff.extend(quote!(.jitter(#rt::Jitter::#jitter)));
    }
    if let Some(reset) = &supervision.reset {
        let reset = reset.expression(rt);
        backoff.extend(quote!(.reset(#reset)));
    }
    backoff
}
