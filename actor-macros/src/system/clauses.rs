//! What stands behind the module of a system: how much RAM it may take, and who is told what it does.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Ident, LitInt, Path, Token};

use super::model::{Clauses, Watchdog};
use crate::diagnostics::{Diagnostics, refuse};

const RAM: &str = "write `ram <= 512`: the most bytes the statics of the system may take";

const TELEMETRY: &str = "write `telemetry = &FAILURES`, with `static FAILURES: RingBufferFailureTelemetry<8> = ..`";

const CRASH: &str =
    "write `crash = &CRASH`, with `static CRASH: CrashRecord = ..` in a section that start-up code leaves alone";

const TRACE: &str = "write `trace = &TRACE`, with `static TRACE: TraceRing<256> = TraceRing::new();`";

const EVENT_HANDLER: &str = "write `event_handler = on_event`, with `fn on_event(event: &SystemEvent<'_>)`";

const LISTENERS: &str = "write `listeners = 2`";

const METRICS: &str = "write `metrics = on`, or `metrics = off`";

const WATCHDOG: &str = "write `watchdog = feed`, with `fn feed()`; or `watchdog = feed within 4 ticks`";

/// Ticks that an actor may wait for where nothing else is said.
const PATIENCE: u8 = 8;

/// The most that are counted.
const MOST_PATIENCE: u8 = 254;

/// Reads all clauses.
pub(super) fn parse(input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<(Clauses, Option<Path>)> {
    let (mut clauses, mut facade) = (Clauses::default(), None);
    while !input.is_empty() {
        if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            facade = Some(input.parse()?);
        } else {
            parse_clause(&mut clauses, input, diagnostics)?;
        }
        input.parse::<Option<Token![,]>>()?;
    }
    Ok((clauses, facade))
}

fn parse_clause(clauses: &mut Clauses, input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<()> {
    let word = input.call(Ident::parse_any)?;
    match word.to_string().as_str() {
        "ram" => clauses.ram = Some(parse_ram(input)?),
        "telemetry" => {
            let fact = "`telemetry` is a static that takes the failures of these actors";
            clauses.telemetry = Some(parse_is(input, fact, TELEMETRY)?);
        }
        "crash" => {
            clauses.crash = Some(parse_is(input, "`crash` is a static that a reset leaves alone", CRASH)?);
        }
        "trace" => {
            clauses.trace =
                Some(parse_is(input, "`trace` is a static that keeps what these actors did of late", TRACE)?);
        }
        "watchdog" => {
            let feed =
                parse_is(input, "`watchdog` is a function that is called while all of these actors get on", WATCHDOG)?;
            clauses.watchdog = Some(Watchdog { feed, patience: parse_patience(input, diagnostics)? });
        }
        "event_handler" => {
            let fact = "`event_handler` is a function that is told of all events of these actors";
            clauses.event_handler = Some(parse_is(input, fact, EVENT_HANDLER)?);
        }
        "listeners" => clauses.listeners = Some(parse_listeners(input, diagnostics)?),
        "metrics" => clauses.metrics = Some(parse_metrics(input)?),
        _ => {
            let fact = format_args!(
                "`{word}` is nothing that is said of a system\nhelp: {RAM}; or one of `telemetry`, `crash`, `event_handler`, `listeners`, `metrics`, `trace` and `watchdog`"
            );
            return Err(syn::Error::new_spanned(&word, fact));
        }
    }
    Ok(())
}

fn parse_ram(input: ParseStream<'_>) -> syn::Result<LitInt> {
    if !input.peek(Token![<=]) {
        return Err(refuse(input, "`ram` is a limit", RAM));
    }
    input.parse::<Token![<=]>()?;
    if !input.peek(LitInt) {
        return Err(refuse(input, "the limit is a number of bytes", RAM));
    }
    input.parse()
}

/// `= 2`
fn parse_listeners(input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<LitInt> {
    let fact = "`listeners` says how many may listen to the events of these actors at a time";
    if !input.peek(Token![=]) || !input.peek2(LitInt) {
        return Err(refuse(input, fact, LISTENERS));
    }
    input.parse::<Token![=]>()?;
    let number: LitInt = input.parse()?;
    if matches!(number.base10_parse(), Ok(0_u32)) {
        diagnostics.report(&number, "nobody listens where there is no place", "leave `listeners` out");
    }
    Ok(number)
}

/// `= on` or `= off`
fn parse_metrics(input: ParseStream<'_>) -> syn::Result<bool> {
    let fact = "`metrics` says whether it is counted what these actors do";
    if !input.peek(Token![=]) {
        return Err(refuse(input, fact, METRICS));
    }
    input.parse::<Token![=]>()?;
    match input.fork().call(Ident::parse_any) {
        Ok(word) if word == "on" || word == "off" => Ok(input.call(Ident::parse_any)? == "on"),
        Ok(_) | Err(_) => Err(refuse(input, fact, METRICS)),
    }
}

/// `= expression`
fn parse_is(input: ParseStream<'_>, fact: &str, help: &str) -> syn::Result<Expr> {
    if !input.peek(Token![=]) {
        return Err(refuse(input, fact, help));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `within 4 ticks`, if that is said.
fn parse_patience(input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<u8> {
    let is_word = |word: &str| input.fork().parse::<Ident>().is_ok_and(|next| next == word);
    if !is_word("within") {
        return Ok(PATIENCE);
    }
    input.parse::<Ident>()?;
    if !input.peek(LitInt) {
        return Err(refuse(input, "how many ticks an actor may wait is a number", WATCHDOG));
    }
    let number: LitInt = input.parse()?;
    if !is_word("ticks") {
        return Err(refuse(input, "how long an actor may wait is counted in ticks", WATCHDOG));
    }
    input.parse::<Ident>()?;
    match number.base10_parse() {
        Ok(ticks @ 1..=MOST_PATIENCE) => return Ok(ticks),
        Ok(0) => {
            let fact = "within no tick no actor is run, so the watchdog is not fed";
            diagnostics.report(&number, fact, "write `within 1 ticks`, or more");
        }
        Ok(_) | Err(_) => {
            diagnostics.report(
                &number,
                "at most 254 ticks are counted",
                "call `tick` less often, or write a lower number",
            );
        }
    }
    Ok(PATIENCE)
}
