@_exported import LTFNCheckpoint
@_exported import LTFNDatasets
import LTFNFiles
@_exported import LTFNFormat
@_exported import LTFNFormats
@_exported import LTFNInitializers
@_exported import LTFNTraining

// What users of the library name: one import is enough.
@_exported import struct LTFNBytes.AlignedBytes
@_exported import protocol LTFNBytes.ByteSink
@_exported import protocol LTFNBytes.ByteSource
@_exported import protocol LTFNBytes.FileSet
@_exported import protocol LTFNBytes.FileSetSink
@_exported import struct LTFNBytes.FormatError
@_exported import struct LTFNBytes.MappedBytes
@_exported import struct LTFNBytes.MemoryFileSet
@_exported import class LTFNBytes.MemorySink
@_exported import struct LTFNBytes.MemorySource
@_exported import struct LTFNBytes.SHA256Digest
@_exported import struct LTFNBytes.SingleFile
@_exported import struct LTFNConversion.ChangeProblem
@_exported import struct LTFNConversion.Changes
@_exported import struct LTFNConversion.Conversion
@_exported import struct LTFNConversion.ConversionPlan
@_exported import struct LTFNConversion.DTypeRule
@_exported import struct LTFNConversion.FileConversion
@_exported import struct LTFNConversion.FlattenRule
@_exported import struct LTFNConversion.ForwardComparison
@_exported import struct LTFNConversion.LayoutRequest
@_exported import struct LTFNConversion.MetadataRule
@_exported import struct LTFNConversion.NameRule
@_exported import struct LTFNConversion.RoundingError
@_exported import struct LTFNConversion.VariableChange
@_exported import class LTFNFiles.DurableFileWriter
@_exported import class LTFNFiles.FileSource
