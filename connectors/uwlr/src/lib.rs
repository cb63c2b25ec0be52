//! UWLR 2.2: pupils and groups pulled from a school administration system over SOAP.
