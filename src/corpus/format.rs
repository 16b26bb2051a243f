//! One file a format: what is a heading, a paragraph, a list, a table, a code block in it.
//!
//! Text and Markdown are cut as they are. HTML and DOCX are written as Markdown first, through [`blocks`], and PDF
//! as text with its pages: see [`extract`](super::extract).

#[cfg(any(feature = "html", feature = "docx"))]
pub mod blocks;
#[cfg(feature = "docx")]
pub mod docx;
#[cfg(feature = "html")]
pub mod html;
pub mod markdown;
pub mod pages;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod text;
