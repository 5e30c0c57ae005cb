//! The examples are the files beside this one; each starts with what it shows and how to run it.
