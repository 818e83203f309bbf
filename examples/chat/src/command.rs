//! What a line means.

use crate::name::Name;

/// Said by `/help`.
pub(crate) const HELP: [&str; 7] = [
    "* what does not begin with `/` is said to the room",
    "* /nick NAME   be called so",
    "* /join ROOM   go to another room; one that does not exist is opened",
    "* /rooms       which rooms there are",
    "* /who         who is in this room",
    "* /quit        leave",
    "* /help        this text",
];

/// A line somebody typed, understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command<'a> {
    Nothing,
    Say(&'a str),
    Nick(Name),
    Join(Name),
    Rooms,
    Who,
    Help,
    Quit,
    Crash,
}

/// Understands a line.
///
/// # Errors
/// Says what is wrong with it.
pub(crate) fn parse(line: &str) -> Result<Command<'_>, String> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(Command::Nothing);
    }
    if !line.starts_with('/') {
        return Ok(Command::Say(line));
    }
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    Ok(match verb {
        "/nick" => Command::Nick(Name::parse(rest.trim())?),
        "/join" => Command::Join(Name::parse(rest.trim())?),
        "/rooms" => Command::Rooms,
        "/who" => Command::Who,
        "/help" => Command::Help,
        "/quit" => Command::Quit,
        "/crash" => Command::Crash,
        _ => return Err(format!("there is no `{verb}`; `/help` lists what there is")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_speech_or_a_command() {
        let lobby = Name::lobby();
        assert_eq!(parse(" \t"), Ok(Command::Nothing));
        assert_eq!(parse("hello / all "), Ok(Command::Say("hello / all")));
        assert_eq!(parse("/join  lobby "), Ok(Command::Join(lobby.clone())));
        assert_eq!(parse("/nick\tlobby"), Ok(Command::Nick(lobby)));
        assert_eq!(parse("/quit now"), Ok(Command::Quit));
    }

    #[test]
    fn mistakes_are_explained() {
        assert!(parse("/jion lobby").is_err_and(|error| error.contains("`/jion`")));
        assert!(parse("/join").is_err_and(|error| error.contains("a name is")));
        assert!(parse("/nick a b").is_err_and(|error| error.contains("a name is")));
    }
}
