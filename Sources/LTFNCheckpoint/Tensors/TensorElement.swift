/// A type of Swift whose values are stored in a tensor as they are.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The dtype of tensors with such elements.
    static var dtype: DType { get }
    /// The element whose bits are all zero.
    static var zero: Self { get }
}

extension Float: TensorElement { public static var dtype: DType { .f32 } }
extension Double: TensorElement { public static var dtype: DType { .f64 } }
extension Int8: TensorElement { public static var dtype: DType { .i8 } }
extension Int16: TensorElement { public static var dtype: DType { .i16 } }
extension Int32: TensorElement { public static var dtype: DType { .i32 } }
extension Int64: TensorElement { public static var dtype: DType { .i64 } }
extension UInt8: TensorElement { public static var dtype: DType { .u8 } }
extension UInt16: TensorElement { public static var dtype: DType { .u16 } }
extension UInt32: TensorElement { public static var dtype: DType { .u32 } }
extension UInt64: TensorElement { public static var dtype: DType { .u64 } }

extension BFloat16: TensorElement {
    public static var dtype: DType { .bf16 }
    public static var zero: BFloat16 { BFloat16(bitPattern: 0) }
}

#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
    // Swift has no Float16 on Intel's Macs.
    extension Float16: TensorElement { public static var dtype: DType { .f16 } }
#endif
