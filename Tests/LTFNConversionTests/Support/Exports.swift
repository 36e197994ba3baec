// What the tests of every format need.
@_exported import TestSupport
