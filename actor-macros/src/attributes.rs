//! Attributes by their name, however they are imported.

use syn::Attribute;

use crate::diagnostics::Diagnostics;

/// Removes the attribute whose last segment is `name`, of which there is one.
pub(crate) fn take(attributes: &mut Vec<Attribute>, name: &str, diagnostics: &Diagnostics) -> Option<Attribute> {
    let at = attributes.iter().position(|attribute| is_called(attribute, name))?;
    let attribute = attributes.remove(at);
    refuse_another(attributes, name, diagnostics);
    Some(attribute)
}

/// Removes the attributes whose last segment is `name`, beside the one that is at work.
pub(crate) fn refuse_another(attributes: &mut Vec<Attribute>, name: &str, diagnostics: &Diagnostics) {
    for another in attributes.extract_if(.., |attribute| is_called(attribute, name)) {
        let fact = format_args!("`#[{name}]` is there already").to_string();
        diagnostics.report(another, fact, "keep one of them, with all options");
    }
}

pub(crate) fn is_called(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}
