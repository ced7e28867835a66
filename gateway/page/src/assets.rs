//! What the browser loads besides the page: in the binary, so that there is nothing to install and nothing elsewhere.

pub(crate) const STYLE: &str = include_str!("../assets/page.css");
pub(crate) const SCRIPT: &str = include_str!("../assets/page.js");
pub(crate) const ICON: &str = include_str!("../assets/icon.svg");
