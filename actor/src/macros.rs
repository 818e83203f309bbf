//! Macros whose output differs by backend: each exists twice, so that generated code carries no
//! `cfg(feature = ..)`, which would be read in the crate of the user.

/// Keeps its input where the tokio backend is on.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "tokio")]
macro_rules! __when_tokio {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Drops its input where the tokio backend is off.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "tokio"))]
macro_rules! __when_tokio {
    ($($tokens:tt)*) => {};
}

/// Keeps its input where the bare-metal backend is on.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "bare-metal")]
macro_rules! __when_bare_metal {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Drops its input where the bare-metal backend is off.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "bare-metal"))]
macro_rules! __when_bare_metal {
    ($($tokens:tt)*) => {};
}

/// Gives an actor and its children their places in a slot.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "bare-metal")]
macro_rules! __placement {
    (
        [$($rt:tt)*] [$($generics:tt)*] [$($actor:tt)*] [$($reference:tt)*] [$($where:tt)*] [$capacity:expr, $indirect:expr]
        [$($children:tt)*]
    ) => {
        const _: () = {
            #[automatically_derived]
            impl $($generics)* $($rt)*::Placed for $($actor)* $($where)* {
                type Capacity = $($rt)*::Room<$capacity, 0, $indirect>;
                type Children = $($children)*;
            }

            #[automatically_derived]
            impl $($generics)* $($rt)*::Placeable for $($actor)* $($where)* {
                type Itself = Self;
            }

            #[automatically_derived]
            impl $($generics)* $($reference)* $($where)* {
                #[doc(hidden)]
                pub const fn __of(inner: $($rt)*::Ref<$($actor)*>) -> Self {
                    Self(inner)
                }
            }
        };
    };
}

/// Needs no places where there are no slots.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "bare-metal"))]
macro_rules! __placement {
    ($($tokens:tt)*) => {};
}

/// Keeps a system where the bare-metal backend is on.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "bare-metal")]
macro_rules! __system {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Says what is missing where the bare-metal backend is off.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "bare-metal"))]
macro_rules! __system {
    ($($tokens:tt)*) => {
        compile_error!(
            "`system!` needs the feature `bare-metal` of `actor`\n\
             help: in the crate that is run, write `actor = { version = \"..\", features = [\"bare-metal\"] }`"
        );
    };
}
