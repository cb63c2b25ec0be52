//! Sluis: the gate between Dutch schools and the suppliers of their digital learning materials.
