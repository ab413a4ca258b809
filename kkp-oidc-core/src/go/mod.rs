//! What Go's standard library makes of texts, where Kubernetes' programs show it.

mod pem;
mod text;
mod url;

pub(crate) use self::pem::{PemSection, pem_sections};
pub(crate) use self::text::{is_print, quoted};
pub(crate) use self::url::GoUrl;
