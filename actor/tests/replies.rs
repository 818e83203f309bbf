//! What a handler may answer with, awaited in an async handler of another actor.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use common::everywhere;

#[actor]
struct Library;

#[handlers]
impl Library {
    fn title(&self) -> &'static str {
        "static"
    }
    fn pair(&self) -> (&'static str, Option<&'static str>) {
        ("a", None)
    }
    fn checked(&self) -> Result<&'static str, &'static str> {
        Err("lent out")
    }
}

#[actor]
struct Reader {
    library: LibraryRef,
}

#[handlers]
impl Reader {
    async fn read(&mut self) -> Result<&'static str, AskError> {
        let (_, none) = self.library.pair().await?;
        assert!(none.is_none() && self.library.checked().await.is_err());
        self.library.title().await
    }
}

#[test]
fn an_answer_may_borrow_for_ever() {
    everywhere(|system| async move {
        let library = system.spawn(|| Library).await.unwrap();
        let reader = system.spawn(move || Reader { library: library.clone() }).await.unwrap();
        assert_eq!(reader.read().await, Ok("static"));
    });
}
