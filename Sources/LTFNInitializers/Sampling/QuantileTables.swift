// Written by tools/make_sampling_tables.py. Bit patterns of float64 numbers.

/// The coefficients of the normal quantile (`Spec/initializers.md`).
enum QuantileTables {
    /// 16 segments of 15 coefficients, constant first.
    static let central: [UInt64] = [
        0x4016_a0b7_e911_9484, 0xbfcf_a6ca_08b6_d404, 0x3fa7_afb3_58b8_686e,
        0xbf88_5e06_2947_48c7, 0x3f6c_9286_860a_8449, 0xbf51_fb88_ae63_14ad,
        0x3f37_aa7f_942a_9db0, 0xbf20_0e6e_a670_a534, 0x3f06_474d_40d9_64b0,
        0xbeef_727b_82f7_3062, 0x3ed6_7d4c_1c48_5e5f, 0xbec0_233c_2f7c_87a1,
        0x3ea7_8951_c45c_1030, 0xbe93_dbc8_a468_028a, 0x3e7d_6937_ead3_053a,
        0x4015_c96b_5fbe_7881, 0xbfc7_185c_ad30_4486, 0x3f98_c2e0_40d1_31cb,
        0xbf72_2e67_9dd4_1d6c, 0x3f4e_6f2a_5c1e_5d6f, 0xbf2b_5928_997c_cf6f,
        0x3f09_b26f_7c61_b13b, 0xbee8_e5a7_1a78_94d3, 0x3ec8_aadd_5dea_bb11,
        0xbea8_dc38_f114_9a99, 0x3e89_6460_098d_2607, 0xbe6a_2b9a_c33b_ada8,
        0x3e4b_431a_cbb5_4ffe, 0xbe2e_a105_66f0_f59d, 0x3e10_300a_1e81_ff69,
        0x4014_e043_1cff_af20, 0xbfd0_83df_5305_fa2c, 0x3fa8_e843_aeb2_b586,
        0xbf89_9713_5ba2_610d, 0x3f6d_f718_32e5_17dc, 0xbf52_d68c_8ff8_abf4,
        0x3f38_c4f0_f7fc_3475, 0xbf20_cac8_93ab_17b7, 0x3f07_48c6_edfe_7f1b,
        0xbef0_6c98_6d9c_106d, 0x3ed7_7adb_1d6a_34e6, 0xbec0_d754_45e2_b57d,
        0x3ea8_8d7d_a4db_fcdf, 0xbe94_b4e8_08d0_f5a8, 0x3e7e_a840_660e_36f5,
        0x4013_ffe5_bb73_a443, 0xbfc8_079e_69a3_1546, 0x3f9a_0dfa_38b2_f951,
        0xbf73_1e31_4aab_1f15, 0x3f4f_f6cb_90b2_4391, 0xbf2c_b148_f04a_5597,
        0x3f0a_ef9a_fc02_4b3d, 0xbeea_13de_a4da_d94e, 0x3ec9_d1f6_5bb6_3761,
        0xbeaa_01d0_9696_1d4a, 0x3e8a_8cce_84d2_9324, 0xbe6b_59f8_4039_1bd5,
        0x3e4c_7b1a_a05d_8db2, 0xbe2f_fc22_456c_c79e, 0x3e10_e608_0457_4457,
        0x4013_0dd3_cbf8_ef8a, 0xbfd1_1ae8_db2f_e5cf, 0x3faa_366e_c2b2_91b3,
        0xbf8a_f01e_4a0e_2003, 0x3f6f_8408_0bca_481f, 0xbf53_cb59_9bca_a4e0,
        0x3f3a_0139_ae91_83ad, 0xbf21_9de2_91cd_11bd, 0x3f08_6974_a4a3_b055,
        0xbef1_35b3_92b1_1f9b, 0x3ed8_9724_71d4_9177, 0xbec1_a136_b5e7_7e41,
        0x3ea9_b112_7fc5_50fb, 0xbe95_a827_6746_d3cc, 0x3e80_06c8_6246_970d,
        0x4012_261b_a9de_9daa, 0xbfc8_bd63_db0a_8783, 0x3f9b_67d6_23cc_df69,
        0xbf74_2359_64c3_d4ac, 0x3f50_d3e3_e9e7_5559, 0xbf2e_304c_608b_ea16,
        0x3f0c_51d4_acaa_7d3c, 0xbeeb_660a_3a31_250c, 0x3ecb_1c87_512a_f779,
        0xbeab_4ae6_a701_5818, 0x3e8b_d930_06ff_2c43, 0xbe6c_ad0e_46dd_d5f8,
        0x3e4d_d901_3f7c_9a83, 0xbe30_c0b1_68d2_4525, 0x3e11_b217_eca2_1e08,
        0x4011_2de5_e520_7be5, 0xbfd1_75ed_04a1_6061, 0x3fab_87ac_eb40_de82,
        0xbf8c_60cb_7b8f_7d8e, 0x3f70_9ae3_0eba_9efb, 0xbf54_d9ae_91ba_a6ed,
        0x3f3b_6084_f16f_4577, 0xbf22_892b_3ca1_c6b1, 0x3f09_abea_0beb_b4dd,
        0xbef2_16aa_d167_e235, 0x3ed9_d577_e331_987d, 0xbec2_836b_41c7_aa27,
        0x3eaa_f7ec_fad0_0855, 0xbe96_b8ea_4daf_350f, 0x3e80_cf25_f743_0cf7,
        0x4010_4291_16de_072c, 0xbfc8_fc6b_1116_7a6c, 0x3f9c_b58c_1d60_7c27,
        0xbf75_3310_8ac1_3fd0, 0x3f51_bc7e_2f3c_9716, 0xbf2f_d245_8fe3_72c6,
        0x3f0d_d7d4_d3b7_2a71, 0xbeec_dc6e_c390_1acc, 0x3ecc_8bda_b4be_0726,
        0xbeac_b985_173a_20ce, 0x3e8d_4c28_3b27_4f3c, 0xbe6e_2804_1f97_25d5,
        0x3e4f_6071_772e_7493, 0xbe31_9a9a_06a0_470e, 0x3e12_96b1_5180_cf0b,
        0x400e_934f_866e_0a95, 0xbfd1_5fdf_27d0_88eb, 0x3fac_b87f_9a91_266c,
        0xbf8d_d0c6_f0b2_09d3, 0x3f71_7dc3_074b_b7b6, 0xbf55_fb11_1349_187e,
        0x3f3c_ddaa_b338_f65b, 0xbf23_8aa8_96fa_110e, 0x3f0b_0ee4_681c_54db,
        0xbef3_0f5e_1695_401e, 0x3edb_367a_8809_df66, 0xbec3_7edb_5311_01ec,
        0x3eac_63e8_da05_3644, 0xbe97_e931_3ad0_cf3f, 0x3e81_aee9_7060_7fc0,
        0x400c_c311_22d3_f4ad, 0xbfc8_68a2_d621_53e8, 0x3f9d_cb1e_3570_6361,
        0xbf76_32d8_8563_ade7, 0x3f52_a700_6a75_101c, 0xbf30_c2df_b017_befc,
        0x3f0f_7632_0435_3f3a, 0xbeee_6f4e_b08a_2c8f, 0x3ece_1aa1_64d5_2501,
        0xbeae_4a17_b945_f7ce, 0x3e8e_e372_b40f_f261, 0xbe6f_c9a2_06a4_d577,
        0x3e50_888b_740b_bd42, 0xbe32_8c15_2218_250b, 0x3e13_9480_cbd4_8d3f,
        0x400a_e2b8_f343_7073, 0xbfd0_88c0_befc_6930, 0x3fad_9b46_2196_b31a,
        0xbf8f_0abf_5ad7_01cd, 0x3f72_55be_706d_862b, 0xbf57_1c00_beb1_ce9b,
        0x3f3e_656c_92b8_85a9, 0xbf24_9860_1e00_eef4, 0x3f0c_87b1_540a_73ad,
        0xbef4_19f1_3a67_3b9e, 0x3edc_b3ac_ec1a_892a, 0xbec4_8feb_b5fa_0ac9,
        0x3ead_f10b_422b_cee7, 0xbe99_36b6_9bb3_91ce, 0x3e82_a4eb_dee9_114b,
        0x4009_3000_7bf6_76db, 0xbfc6_70e5_3f01_9aab, 0x3f9e_86ce_d9b4_f093,
        0xbf76_eb56_2e90_18e3, 0x3f53_7546_bb69_16bb, 0xbf31_8f93_65a1_ced3,
        0x3f10_8667_25c5_6008, 0xbef0_02d5_1dab_1de1, 0x3ecf_b4b6_dce4_277b,
        0xbeaf_ebf0_4c8a_360c, 0x3e90_487a_afd4_12f9, 0xbe70_c2e7_7a49_836d,
        0x3e51_7038_438e_f4cc, 0xbe33_9053_09e1_1970, 0x3e14_a74d_109e_de28,
        0x4007_8156_79a7_c2b2, 0xbfcc_c588_1f9f_1f2e, 0x3fae_466f_6e84_e128,
        0xbf8f_9816_dfe8_5312, 0x3f72_fefa_ea56_6eaa, 0xbf58_115b_5ee9_e88e,
        0x3f3f_caab_3ba9_804f, 0xbf25_988f_b04c_2a80, 0x3f0d_f83b_d84a_e570,
        0xbef5_244d_c266_56e0, 0x3ede_36d8_a33f_8294, 0xbec5_a8c9_7e10_2285,
        0x3eaf_8dcd_ba53_7766, 0xbe9a_94ff_80de_2bc6, 0x3e83_a915_1ffc_d00e,
        0x4006_15bb_10e4_7f0d, 0xbfc1_db53_4631_c9bb, 0x3f9f_a50d_7236_02b2,
        0xbf76_b827_e0a9_6389, 0x3f54_0caf_c485_4ba6, 0xbf32_1e4b_ea6d_9c8d,
        0x3f11_2e7d_a0f6_945f, 0xbef0_b341_eb5a_03ec, 0x3ed0_9536_96f4_ec52,
        0xbeb0_ba54_a993_f48e, 0x3e91_1757_55f5_4e47, 0xbe71_9ce6_0a6e_f9ad,
        0x3e52_5723_91d9_2526, 0xbe34_975a_6a69_4387, 0x3e15_bfeb_c64d_d159,
        0x4004_dabd_e777_3345, 0xbfc2_972a_8180_926e, 0x3fb0_cf8a_cfa6_778c,
        0xbf8c_c34f_ff35_1efc, 0x3f73_f67f_6973_9f9d, 0xbf58_1ff2_2c69_a19d,
        0x3f40_8140_44d9_7a88, 0xbf26_41ab_bb0f_7323, 0x3f0f_3090_4f6a_263b,
        0xbef6_020e_788a_38b6, 0x3edf_901a_3a33_3ead, 0xbec6_a743_b7ae_20af,
        0x3eb0_877d_bef8_1b5b, 0xbe9b_e2db_da49_8261, 0x3e84_a528_2266_41d8,
        0x4004_22c1_aadb_2493, 0xbfa5_5db8_3579_e076, 0x3fa6_1c74_eac0_70de,
        0xbf68_5aff_214b_4a4f, 0x3f5a_f88e_8fef_4ae8, 0xbf2a_3949_4ea5_dd92,
        0x3f15_5220_c53e_1766, 0xbeec_4e0d_aaf7_85ef, 0x3ed3_5c50_0a2d_501a,
        0xbeae_f2d3_6d9c_963e, 0x3e93_29f1_969f_5fdb, 0xbe71_23cf_c2bc_858c,
        0x3e54_0c78_8d74_6470, 0xbe34_ae4d_bb37_82dd, 0x3e17_64d4_f8da_99a0,
    ]

    /// 16 coefficients, constant first, for L < 22.
    static let tailNear: [UInt64] = [
        0x400f_c603_c6d5_f367, 0x3ff4_4e54_00bf_db6c, 0xbf92_1839_cb93_ec5a,
        0x3f6d_a426_f5c5_aeda, 0xbf49_1fe0_af1e_d7e7, 0x3f25_cb02_8e43_1b80,
        0xbf03_3cd1_40a0_83b9, 0x3ee1_3acb_980d_10d2, 0xbebf_411f_7f07_446a,
        0x3e9c_ab64_770a_d9b3, 0xbe7a_943f_d0f4_b1eb, 0x3e58_db67_ddac_5795,
        0xbe37_233b_d42d_6935, 0x3e15_fe9b_dea1_d926, 0xbdf9_32a6_8bfe_d996,
        0x3dd8_22e6_b386_a2c3,
    ]

    /// 16 coefficients, constant first, for L ≥ 22.
    static let tailFar: [UInt64] = [
        0x401a_ae3e_5d5d_1398, 0x3ff3_94f6_1e55_c889, 0xbf78_9114_e737_22f3,
        0x3f4a_ca26_e048_564d, 0xbf1e_1a7f_03e7_a079, 0x3ef1_3e70_179e_7226,
        0xbec4_075c_ae1f_ca5c, 0x3e97_8266_8142_98d5, 0xbe6b_d4de_017b_d0d3,
        0x3e40_984b_5cd4_bdd2, 0xbe13_ed5a_a2fd_767a, 0x3de8_0e84_b9d3_1ffa,
        0xbdbc_d0d3_4231_9b66, 0x3d91_9b58_4623_8d3f, 0xbd69_e7a4_a6eb_b6ee,
        0x3d3f_9efd_746c_597d,
    ]

    /// 8 coefficients, constant first.
    static let logarithm: [UInt64] = [
        0x4007_1547_652b_82fe, 0x3fee_c709_dc3a_049d, 0x3fe2_776c_50ed_ecef,
        0x3fda_6176_2def_3b53, 0x3fd4_84af_80a0_f54d, 0x3fd0_ca21_8632_1c00,
        0x3fcc_4483_438a_6efa, 0x3fcb_7188_bbc1_0fa0,
    ]

    /// -log2(1.40625)
    static let logarithmOffset: UInt64 = 0xbfdf_7a85_68cb_06cf

    /// Φ(2) - 1/2
    static let truncationHalfWidth: UInt64 = 0x3fde_8b43_07d3_627a

    /// That of a standard normal cut at ±2.
    static let truncatedStandardDeviation: UInt64 = 0x3fec_25e4_b6db_a981
}
