// What users of the library name: one import is enough.
@_exported import LTFNBytes
@_exported import LTFNCheckpoint
@_exported import LTFNConversion
@_exported import LTFNDatasets
@_exported import LTFNFormat
@_exported import LTFNFormats
@_exported import LTFNInference
@_exported import LTFNInitializers
@_exported import LTFNTraining
