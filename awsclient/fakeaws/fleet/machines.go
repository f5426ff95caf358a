package fleet

import "slices"

// The machines that lines are built on. They are templates: a line takes a
// copy through one of the methods below when it differs.
var (
	linuxX86 = Machine{
		Architecture: "x86_64", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		BootMode: "uefi-preferred", RootType: "ebs", RootDevice: "/dev/xvda", ENA: true, SriovNet: "simple", IMDS: "v2.0",
		Devices: []Device{{Name: "/dev/xvda", GiB: 8, Type: "gp3", IOPS: 3000, Throughput: 125}},
	}
	linuxARM = Machine{
		Architecture: "arm64", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		BootMode: "uefi", RootType: "ebs", RootDevice: "/dev/xvda", ENA: true, SriovNet: "simple", IMDS: "v2.0",
		Devices: []Device{{Name: "/dev/xvda", GiB: 8, Type: "gp3", IOPS: 3000, Throughput: 125}},
	}
	ubuntuX86 = Machine{
		Architecture: "x86_64", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		BootMode: "uefi-preferred", RootType: "ebs", RootDevice: "/dev/sda1", ENA: true, SriovNet: "simple",
		Devices: []Device{
			{Name: "/dev/sda1", GiB: 20, Type: "gp3", IOPS: 3000, Throughput: 125},
			{Name: "/dev/sdb", Virtual: "ephemeral0"},
			{Name: "/dev/sdc", Virtual: "ephemeral1"},
		},
	}
	windowsX86 = Machine{
		Architecture: "x86_64", Platform: "windows", PlatformDetails: "Windows", UsageOperation: "RunInstances:0002",
		Virtualization: "hvm", BootMode: "uefi", RootType: "ebs", RootDevice: "/dev/sda1", ENA: true, SriovNet: "simple", TPM: "v2.0",
		Devices: []Device{
			{Name: "/dev/sda1", GiB: 50, Type: "gp2"},
			{Name: "xvdca", Virtual: "ephemeral0"},
		},
	}
	sqlServer = Machine{
		Architecture: "x86_64", Platform: "windows", PlatformDetails: "Windows with SQL Server Standard", UsageOperation: "RunInstances:0006",
		Virtualization: "hvm", BootMode: "uefi", RootType: "ebs", RootDevice: "/dev/sda1", ENA: true, SriovNet: "simple",
		Devices: []Device{
			{Name: "/dev/sda1", GiB: 80, Type: "gp3", IOPS: 3000, Throughput: 125},
			{Name: "xvdd", GiB: 200, Type: "io2", IOPS: 10000, Keep: true},
			{Name: "xvde", GiB: 100, Type: "io2", IOPS: 5000, Keep: true},
		},
	}
	rhelX86 = Machine{
		Architecture: "x86_64", PlatformDetails: "Red Hat Enterprise Linux", UsageOperation: "RunInstances:0010", Virtualization: "hvm",
		RootType: "ebs", RootDevice: "/dev/sda1", ENA: true, SriovNet: "simple",
		Devices: []Device{{Name: "/dev/sda1", GiB: 30, Type: "gp2"}},
	}
	database = Machine{
		Architecture: "arm64", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		BootMode: "uefi", RootType: "ebs", RootDevice: "/dev/xvda", ENA: true, SriovNet: "simple", IMDS: "v2.0",
		Devices: []Device{
			{Name: "/dev/xvda", GiB: 16, Type: "gp3", IOPS: 3000, Throughput: 125},
			{Name: "/dev/sdf", GiB: 500, Type: "io2", IOPS: 16000, Encrypted: true, Keep: true},
			{Name: "/dev/sdg", GiB: 100, Type: "gp3", IOPS: 6000, Throughput: 500, Encrypted: true, Empty: true},
		},
	}
	bundled = Machine{
		Architecture: "x86_64", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "paravirtual",
		Kernel: "aki-919dcaf8", Ramdisk: "ari-42b95a2b", RootType: "instance-store", RootDevice: "/dev/sda1",
		Devices: []Device{
			{Name: "/dev/sda1", Virtual: "ami"},
			{Name: "/dev/sdb", Virtual: "ephemeral0"},
			{Name: "/dev/sdc", None: true},
		},
	}
	macARM = Machine{
		Architecture: "arm64_mac", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		RootType: "ebs", RootDevice: "/dev/sda1", ENA: true,
		Devices: []Device{{Name: "/dev/sda1", GiB: 100, Type: "gp3", IOPS: 3000, Throughput: 125}},
	}
	legacy32 = Machine{
		Architecture: "i386", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		BootMode: "legacy-bios", RootType: "ebs", RootDevice: "/dev/sda1",
		Devices: []Device{{Name: "/dev/sda1", GiB: 8, Type: "standard"}},
	}
)

// encrypted is the machine with every EBS device encrypted.
func (m Machine) encrypted() *Machine {
	m.Devices = slices.Clone(m.Devices)
	for i := range m.Devices {
		m.Devices[i].Encrypted = m.Devices[i].Virtual == "" && !m.Devices[i].None
	}
	return &m
}

// sized is the machine with another root volume.
func (m Machine) sized(gib int32) *Machine {
	m.Devices = slices.Clone(m.Devices)
	if m.Devices[0].HasSnapshot() {
		m.Devices[0].GiB = gib
	}
	return &m
}

// snapshots counts the devices that are made from a snapshot.
func (m *Machine) snapshots() int {
	n := 0
	for _, d := range m.Devices {
		if d.HasSnapshot() {
			n++
		}
	}
	return n
}
