import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

extension HostileFiles {
    private static let mebibyte = 1 << 20

    /// Values that are made out of recipes.
    static func recipes() throws(FormatError) -> [Case] {
        let shape = [4096, 4096]
        var cases: [Case] = []
        for (name, recipe) in [
            ("normals", InitializerRecipe.heNormal), ("zeros", .zeros),
            ("uniforms", .uniform(low: -1e38, high: 1e38)),
            ("truncated", .truncatedNormal(mean: 1e30, standardDeviation: 1e30)),
        ] {
            cases.append(
                try fill("recipes-\(name)-64MiB-each") { count throws(FormatError) in
                    var draft = HostileDraft()
                    for _ in 0..<count { try draft.addRecipe(recipe, .f32, shape) }
                    return draft
                })
        }
        for (dtype, width) in [(DType.f16, 2), (.bf16, 2), (.f64, 8)] {
            var draft = HostileDraft()
            try draft.addRecipe(
                .glorotNormal, dtype, [64 * mebibyte / width], isTrue: dtype == .f16)
            cases.append(try one("recipe-\(dtype.rawValue)-64MiB", draft))
        }
        var draft = HostileDraft()
        try draft.addChunks(
            .initial, .f64, [60 * mebibyte / 8], exponent: 26, stored: [],
            initializer: HostileDraft.reproducible(.heNormal))
        cases.append(try one("recipe-in-one-chunk", draft))
        draft = HostileDraft()
        try draft.addRecipe(.heNormal, .f32, [100_000, 100_000])
        cases.append(try one("recipe-10-billion", draft))
        draft = HostileDraft()
        try draft.addRecipe(.zeros, .u8, [1 << 62])
        cases.append(try one("recipe-zeros-4-exabytes", draft))
        // With three more their sum has 65 bits.
        for _ in 0..<3 { try draft.addRecipe(.zeros, .u8, [1 << 62]) }
        cases.append(try one("recipes-zeros-16-exabytes", draft))
        cases.append(
            try fill("recipes-just-too-large") { count throws(FormatError) in
                var draft = HostileDraft()
                for _ in 0..<count { try draft.addRecipe(.heNormal, .f32, [30 * mebibyte]) }
                return draft
            })
        return cases
    }

    /// Values that are made out of few stored bytes.
    static func chunks() throws(FormatError) -> [Case] {
        var cases: [Case] = []
        for (name, dtype, unit) in [
            ("f32", DType.f32, [0, 0, 0xC0, 0x7F]), ("u8", .u8, [7]),
            ("c128", .c128, [UInt8](repeating: 1, count: 16)), ("f6", .f6e2m3, [0, 0, 0]),
        ] as [(String, DType, [UInt8])] {
            cases.append(
                try fill("constants-\(name)-64MiB-each") { count throws(FormatError) in
                    var draft = HostileDraft()
                    for _ in 0..<count {
                        try draft.addChunks(
                            .constant, dtype, [64 * mebibyte / dtype.bitCount * 8], exponent: 26,
                            stored: unit)
                    }
                    return draft
                })
        }
        cases.append(
            try fill("references-to-64MiB") { count throws(FormatError) in
                var draft = HostileDraft()
                try draft.addChunks(
                    .constant, .f32, [16 * mebibyte], exponent: 26, stored: [1, 2, 3, 4])
                for _ in 0..<count {
                    try draft.addChunks(
                        .reference, .f32, [16 * mebibyte], exponent: 26, stored: [])
                }
                return draft
            })
        // A plane that is one byte, again and again.
        let plane: [UInt8] = [1, 0, 0, 0x40, 9]
        for exponent in [22, 23, 26, 30] as [UInt8] {
            var draft = HostileDraft()
            try draft.addChunks(
                .planes, .u8, [1 << Int(exponent)], exponent: exponent, stored: plane)
            cases.append(try one("plane-of-2^\(exponent)", draft))
        }
        var draft = HostileDraft()
        try draft.addChunks(.planes, .i2, [256 * mebibyte], exponent: 20, stored: plane)
        cases.append(try one("planes-of-quarter-bytes", draft))
        draft = HostileDraft()
        try draft.addChunks(
            .initialResidual, .f32, [16 * mebibyte], exponent: 20, stored: [1, 0, 0, 0x40, 0],
            initializer: HostileDraft.reproducible(.heNormal))
        cases.append(try one("residuals-of-nothing", draft))
        draft = HostileDraft()
        try draft.addChunks(
            .initialResidual, .f32, [16 * mebibyte], exponent: 26, stored: [1, 0, 0, 0x40, 0],
            initializer: HostileDraft.reproducible(.heNormal))
        cases.append(try one("residual-of-64MiB", draft))
        cases.append(try bomb())
        draft = HostileDraft()
        try draft.addChunks(.constant, .u8, [3_500 * 64], exponent: 6, stored: [7])
        cases.append(try one("chunks-of-64-bytes", draft))
        return cases
    }

    /// 64 MiB of zeros, deflated as far as deflate goes, a mebibyte at a time.
    private static func bomb() throws(FormatError) -> Case {
        let body = Deflate.compress([UInt8](repeating: 0, count: mebibyte), level: 9)
        var head = ByteWriter()
        head.u32(2 << 30 | UInt32(body.count))
        var draft = HostileDraft()
        try draft.addChunks(
            .planes, .u8, [64 * mebibyte], exponent: 20, stored: head.bytes + body)
        return try one("deflate-bomb-64MiB", draft)
    }

    /// Variables that hold nothing and point elsewhere.
    static func ties() throws(FormatError) -> [Case] {
        let tied = try fill("tied-to-64MiB") { count throws(FormatError) in
            var draft = HostileDraft()
            try draft.addRecipe(.heNormal, .f32, [16 * mebibyte])
            for _ in 0..<count { try draft.addTied(to: 0) }
            return draft
        }
        let replayed = try fill("tied-with-recipes-of-64MiB") { count throws(FormatError) in
            var draft = HostileDraft()
            try draft.addChunks(
                .constant, .f32, [16 * mebibyte], exponent: 26, stored: [0, 0, 0, 0])
            for _ in 0..<count {
                try draft.addTied(to: 0, HostileDraft.reproducible(.heNormal))
            }
            return draft
        }
        let empty = try fill("empty-variables") { count throws(FormatError) in
            var draft = HostileDraft()
            for _ in 0..<count {
                try draft.addChunks(.raw, .f32, [0, 1 << 62], exponent: 6, stored: [])
            }
            return draft
        }
        let scalars = try fill("scalars") { count throws(FormatError) in
            var draft = HostileDraft()
            for _ in 0..<count {
                try draft.addChunks(.raw, .f32, [], exponent: 6, stored: [0, 0, 0x80, 0x3F])
            }
            return draft
        }
        let ranks = try fill("ranks-of-64") { count throws(FormatError) in
            var draft = HostileDraft()
            for _ in 0..<count {
                try draft.addChunks(
                    .raw, .u8, [Int](repeating: 1, count: 64), exponent: 6, stored: [5])
            }
            return draft
        }
        return [tied, replayed, empty, scalars, ranks]
    }
}
