//! What the user declared about messages.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Ident, ItemImpl, Path, Signature, Type, Visibility};

use crate::duration::Period;
use crate::names::Names;

/// An impl with `#[handlers]`.
pub(crate) struct Handlers {
    /// The impl as the user wrote it, without our attributes.
    pub(crate) item: ItemImpl,
    /// Name of the actor's type.
    pub(crate) actor: Ident,
    /// Path of the ref: `m::StoreRef<K>` for `m::Store<K>`.
    pub(crate) reference: Path,
    pub(crate) methods: Vec<Method>,
    /// The name of the message enum, where the user gave it one.
    pub(crate) message: Option<Ident>,
    pub(crate) names: Names,
}

/// A method of the block: a handler or a hook.
pub(crate) struct Method {
    /// The signature as the user wrote it, without our attributes.
    pub(crate) original: Signature,
    pub(crate) vis: Visibility,
    /// `cfg`: goes wherever the method goes.
    pub(crate) cfgs: Vec<Attribute>,
    /// `doc`, `deprecated` and the like: go to the method of the ref.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) role: Role,
    /// Goes before the user lane.
    pub(crate) urgent: bool,
    /// What has to hold, or the message waits in the stash.
    pub(crate) stash_unless: Option<TokenStream>,
    /// The word by which its messages leave the idle timer alone.
    pub(crate) passive: Option<Ident>,
    /// Whether its answer is a value as it is, a `Result` or not.
    pub(crate) plain: Option<Ident>,
    /// The parameters after `self`, in order.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) answer: Answer,
}

/// When a method is called.
pub(crate) enum Role {
    /// By a message.
    Handler,
    /// By a timer, and by a message.
    Every(Period),
    /// Before the first message of a life.
    Started,
    /// After the last.
    Stopping,
    /// Between a failure and the next life.
    Restarting,
    /// After so long without a message.
    Idle(Period),
    /// After the end of an actor that is watched.
    Terminated,
    /// After the loss of a message.
    DeadLetter,
}

/// A parameter after `self`.
#[allow(clippy::large_enum_variant, reason = "a handful of values, for a moment")]
pub(crate) enum Parameter {
    /// `ctx: &mut Context<Self>`, of whatever type the user wrote behind `&mut`.
    Context { ty: Type },
    /// `by: u64`: part of the message.
    Argument(Argument),
    /// `reply: Reply<T>`: the duty to answer.
    Reply { name: Ident, ty: Type, value: Type },
    /// `why: StopReason`, of `#[stopping]` and `#[terminated]`.
    Reason { name: Ident, ty: Type },
    /// `who: ActorId`, of `#[terminated]`.
    Who { name: Ident },
    /// `failure: &Failure`, of `#[restarting]`.
    Failure { ty: Type },
    /// `letter: DeadLetter<Self>`, of `#[dead_letter]`.
    Letter { ty: Type },
    /// Anything else; reported.
    Broken,
}

/// `#[into] #[indirect] by: u64`
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// Whether callers may pass anything that converts.
    pub(crate) into: bool,
    /// Whether it lies beside the message.
    pub(crate) indirect: bool,
}

/// What a method returns.
pub(crate) enum Answer {
    /// Nothing.
    Nothing,
    /// `Result<(), E>`: nothing, or a failure.
    Attempt(Type),
    /// A value somebody asked for.
    Value(Type),
    /// `Result<T, E>`: taken apart for the asker.
    Result(Type),
}

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    There,
    Back,
}

/// How a method runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Sync,
    Delegated,
    Async,
}

impl Method {
    pub(crate) fn name(&self) -> &Ident {
        &self.original.ident
    }

    /// Whether the ref has a method for it.
    pub(crate) fn is_callable(&self) -> bool {
        match self.role {
            Role::Handler | Role::Every(_) => true,
            Role::Started | Role::Stopping | Role::Restarting | Role::Idle(_) | Role::Terminated | Role::DeadLetter => {
                false
            }
        }
    }

    pub(crate) fn is_deprecated(&self) -> bool {
        self.attrs.iter().any(|attribute| attribute.path().is_ident("deprecated"))
    }

    pub(crate) fn mode(&self) -> Mode {
        match (self.original.asyncness, self.reply()) {
            (Some(_), _) => Mode::Async,
            (None, Some(_)) => Mode::Delegated,
            // It may have to wait, so it never runs on its asker's stack.
            (None, None) if self.stash_unless.is_some() => Mode::Delegated,
            (None, None) => Mode::Sync,
        }
    }

    /// Whether it may fail: by an error, or through its context.
    pub(crate) fn can_fail(&self) -> bool {
        let is_lent_context = |parameter: &Parameter| matches!(parameter, Parameter::Context { .. });
        match self.answer {
            Answer::Attempt(_) | Answer::Result(_) => true,
            Answer::Nothing | Answer::Value(_) => self.parameters.iter().any(is_lent_context),
        }
    }

    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Argument(argument) => Some(argument),
            _ => None,
        })
    }

    /// The user's own `Reply` parameter: its name and the type of its value.
    pub(crate) fn reply(&self) -> Option<(&Ident, &Type)> {
        self.parameters.iter().find_map(|parameter| match parameter {
            Parameter::Reply { name, value, .. } => Some((name, value)),
            _ => None,
        })
    }

    /// Its `Reply` parameter, where it may drop it and fail.
    pub(crate) fn owed(&self) -> Option<&Ident> {
        self.reply().filter(|_| self.can_fail()).map(|(name, _)| name)
    }

    /// The types that travel to the actor, and those that travel back.
    pub(crate) fn carried(&self) -> impl Iterator<Item = (&Type, Direction)> {
        let there = self.arguments().map(|argument| (&argument.ty, Direction::There));
        there.chain(self.answered().map(|ty| (ty, Direction::Back)))
    }

    /// The type of what the asker is sent, if there is an asker.
    pub(crate) fn answered(&self) -> Option<&Type> {
        match (&self.answer, self.reply()) {
            (_, Some((_, value))) => Some(value),
            (Answer::Value(ty) | Answer::Result(ty), None) => Some(ty),
            (Answer::Nothing | Answer::Attempt(_), None) => None,
        }
    }

    /// The parameter of `#[terminated]` that says who.
    pub(crate) fn who(&self) -> Option<&Ident> {
        self.parameters.iter().find_map(|parameter| match parameter {
            Parameter::Who { name } => Some(name),
            _ => None,
        })
    }

    /// A local for the letter of `#[dead_letter]`.
    pub(crate) fn letter(&self) -> Option<Ident> {
        let is_letter = |parameter: &Parameter| matches!(parameter, Parameter::Letter { .. });
        self.parameters.iter().any(is_letter).then(|| Ident::new("__letter", Span::mixed_site()))
    }

    /// The parameter that says why an actor ended.
    pub(crate) fn reason(&self) -> Option<&Ident> {
        self.parameters.iter().find_map(|parameter| match parameter {
            Parameter::Reason { name, .. } => Some(name),
            _ => None,
        })
    }
}
