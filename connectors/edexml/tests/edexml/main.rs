//! EDEXML files, as a school would hand them in, and as somebody would who means harm.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
#[cfg(test)]
mod writer;
