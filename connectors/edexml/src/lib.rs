//! EDEXML 2.0 and 2.1: the file format of Dutch school administrations, read as a stream.
