import java.nio.file.Files;
import java.nio.file.Path;
import org.objectweb.asm.*;

/** Writes javax.imageio.spi.ServiceRegistry as it was before Java 9: suites of 2017 look up their own classes by it. */
public class OpenRegistry {
    public static void main(String[] args) throws Exception {
        String name = "javax/imageio/spi/ServiceRegistry.class";
        byte[] read;
        try (var stream = ClassLoader.getSystemResourceAsStream(name)) {
            read = stream.readAllBytes();
        }
        var writer = new ClassWriter(0);
        new ClassReader(read).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String method, String type, String signature, String[] thrown) {
                var visitor = super.visitMethod(access, method, type, signature, thrown);
                if (!method.equals("checkClassAllowed")) {
                    return visitor;
                }
                boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
                visitor.visitCode();
                visitor.visitLdcInsn(Type.getObjectType("javax/imageio/spi/ServiceRegistry"));
                visitor.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Class", "getModule", "()Ljava/lang/Module;", false);
                visitor.visitVarInsn(Opcodes.ALOAD, isStatic ? 0 : 1);
                visitor.visitMethodInsn(
                    Opcodes.INVOKEVIRTUAL, "java/lang/Module", "addUses", "(Ljava/lang/Class;)Ljava/lang/Module;", false);
                visitor.visitInsn(Opcodes.POP);
                visitor.visitInsn(Opcodes.RETURN);
                visitor.visitMaxs(2, 2);
                visitor.visitEnd();
                return null;
            }
        }, 0);
        Path file = Path.of(args[0], name);
        Files.createDirectories(file.getParent());
        Files.write(file, writer.toByteArray());
    }
}
